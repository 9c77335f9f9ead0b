import DigitKit

let versionCommand = Command(
  name: "version",
  abstract: "Print the version."
) { invocation in
  try invocation.console.out(Engine.version)
  return .done
}
