/// A type whose values help can show as the default of an option.
package protocol DefaultPrintable {
    /// `none` where there is nothing to tell, such as an empty list.
    var defaultText: OptionDescription.DefaultValue { get }
}

extension String: DefaultPrintable {
    package var defaultText: OptionDescription.DefaultValue { isEmpty ? .none : .text(self) }
}

extension Int: DefaultPrintable {
    package var defaultText: OptionDescription.DefaultValue { .text(String(self)) }
}

extension Int64: DefaultPrintable {
    package var defaultText: OptionDescription.DefaultValue { .text(String(self)) }
}

extension Bool: DefaultPrintable {
    package var defaultText: OptionDescription.DefaultValue { self ? .text("on") : .none }
}

extension Optional: DefaultPrintable {
    package var defaultText: OptionDescription.DefaultValue {
        map { OptionDescription.DefaultValue(describing: $0) } ?? .none
    }
}

extension Array: DefaultPrintable {
    package var defaultText: OptionDescription.DefaultValue {
        if isEmpty { return .none }
        if let bytes = self as? [UInt8] { return .text(VisibleText.escape(bytes)) }
        var texts: [String] = []
        for element in self {
            guard case .text(let text) = OptionDescription.DefaultValue(describing: element) else {
                return .unprintable
            }
            texts.append(text)
        }
        return .text(texts.joined(separator: ", "))
    }
}

extension OptionDescription.DefaultValue {
    /// Only help and the generators come here; the dynamic cast is too slow for parsing.
    init<Value>(describing value: Value) {
        if let printable = value as? any DefaultPrintable {
            self = printable.defaultText
        } else if let raw = value as? any RawRepresentable, let text = raw.rawValue as? String {
            self = .text(text)
        } else {
            self = .unprintable
        }
    }
}
