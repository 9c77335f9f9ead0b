// Finds the left and right edges of a small picture by one convolution.
import DigitKit

let size = 12
var picture = [Float](repeating: 0, count: size * size)
for y in 4..<8 { for x in 4..<8 { picture[y * size + x] = 1 } }

let shape = ConvolutionShape(height: size, width: size, inChannels: 1, outChannels: 1, kernel: 3)
let edges = try Engine.convolution(
  picture, weights: [-1, 0, 1, -2, 0, 2, -1, 0, 1], bias: [0], shape)

print("DigitKit \(Engine.version), instruction set \(try Engine.chosenInstructionSet())")
for y in 0..<(size - 2) {
  let row = edges[y * (size - 2)..<(y + 1) * (size - 2)]
  print(String(row.map { $0 > 2 ? ">" : $0 < -2 ? "<" : "." }))
}
