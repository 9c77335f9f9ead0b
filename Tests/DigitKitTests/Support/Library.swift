import Foundation
import Testing

/// The C library's functions, to hold ours against.
func cosPi(_ x: Double) -> Double { cos(.pi * x) }
func libraryExp(_ x: Double) -> Double { exp(x) }
func libraryLog(_ x: Double) -> Double { log(x) }
func libraryPow(_ x: Double, _ y: Double) -> Double { pow(x, y) }

/// A value is the same after a way through a file.
func expectRoundTrip<T: Codable & Equatable>(
  _ value: T, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let data = try JSONEncoder().encode(value)
  let back = try JSONDecoder().decode(T.self, from: data)
  #expect(back == value, sourceLocation: sourceLocation)
}
