let dataCommand: Command = Command(
  name: "data",
  abstract: "Get, look at, split, draw and convert data sets.",
  examples: [
    .init("data get mnist", "download MNIST"),
    .init("data describe pictures/", "what a folder of pictures holds"),
    .init("data sheet mnist -o digits.png", "look at it"),
  ],
  subcommands: [
    dataGetCommand, dataDescribeCommand, dataSheetCommand, dataSplitCommand, dataSynthCommand,
    dataConvertCommand, dataDuplicatesCommand, dataSuspectsCommand,
  ])
