/// `compactMap` and `flatMap` that throw what their closure throws, as `map` does.
extension Sequence {
    func compactMapping<Result, Failure: Error>(
        _ transform: (Element) throws(Failure) -> Result?
    ) throws(Failure) -> [Result] {
        var results: [Result] = []
        for element in self {
            if let result = try transform(element) { results.append(result) }
        }
        return results
    }

    func flatMapping<Result, Failure: Error>(
        _ transform: (Element) throws(Failure) -> [Result]
    ) throws(Failure) -> [Result] {
        var results: [Result] = []
        for element in self { results += try transform(element) }
        return results
    }
}
