let dataCommand = Command(
  name: "data",
  abstract: "Get, look at, split, draw and convert data sets.",
  examples: [.init("data get mnist", "download MNIST")],
  subcommands: [])
