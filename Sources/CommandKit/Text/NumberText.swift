/// Numbers for people.
package enum NumberText {
    /// With a comma between thousands: `999,997`.
    package static func grouped(_ number: some BinaryInteger) -> String {
        var text = ""
        let digits = Array(String(number.magnitude))
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }
}
