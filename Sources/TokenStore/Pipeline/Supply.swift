/// The next of something that is read or computed piece by piece.
package enum Supply<Element> {
    case item(Element)
    /// There is none at the moment; asked again, there may be one.
    case notYet
    case end

    /// The same with another form of the element.
    package func map<Other>(_ transform: (Element) throws -> Other) rethrows -> Supply<Other> {
        switch self {
        case .item(let element): .item(try transform(element))
        case .notYet: .notYet
        case .end: .end
        }
    }
}
