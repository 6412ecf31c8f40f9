using System.Globalization;
using Signals.Core.Model;

namespace Signals.Tool.Stores;

/// <summary>
/// Reads a user from the command line: digits are a number, <c>guid:...</c> a GUID, <c>id:</c> and 32 hex digits the 128 bits themselves,
/// <c>text:...</c> and everything else a name. Pure.
/// </summary>
internal static class UserArgument
{
    public static UserId Parse(string text) => text switch
    {
        _ when text.StartsWith("text:", StringComparison.Ordinal) => UserId.From(text[5..]),
        _ when text.StartsWith("guid:", StringComparison.Ordinal) => Guid.TryParse(text[5..], out Guid guid)
            ? UserId.From(guid)
            : throw new UsageException($"'{text[5..]}' is no GUID."),
        _ when text.StartsWith("id:", StringComparison.Ordinal) => UInt128.TryParse(text[3..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 id)
            ? new UserId((ulong)(id >> 64), (ulong)id)
            : throw new UsageException($"'{text[3..]}' is not 32 hex digits."),
        _ when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) => UserId.From(number),
        _ => UserId.From(text),
    };
}
