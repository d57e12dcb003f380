import Testing

/// The built programs, a real broker and a real database, broken in every way we know.
///
/// One after the other: each test has the machine for itself, so that what it measures is its own doing.
@Suite("System", .serialized)
enum SystemTests {}
