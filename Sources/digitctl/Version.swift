import DigitKit

let versionCommand = Command(
  name: "version",
  abstract: "Print the version."
) { _, out in
  out(Engine.version)
  return .done
}
