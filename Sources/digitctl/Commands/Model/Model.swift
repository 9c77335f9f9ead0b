/// `digitctl model`: networks by name, and trained ones.
let modelCommand = Command(
  name: "model",
  abstract: "List networks, look at one, draw it, or export it for the C library.",
  subcommands: [modelListCommand, modelSummaryCommand, modelDrawCommand, modelExportCommand])
