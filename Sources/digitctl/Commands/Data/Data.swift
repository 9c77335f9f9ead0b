let dataCommand: Command = Command(
  name: "data",
  abstract: "Get, look at, split, draw and convert data sets.",
  examples: [
    .init("data get mnist", "download MNIST"),
    .init("data sheet mnist -o digits.png", "look at it"),
  ],
  subcommands: [
    dataGetCommand, dataConvertCommand, dataSheetCommand,
  ])
