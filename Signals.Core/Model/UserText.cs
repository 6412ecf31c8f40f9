using System.Buffers;
using System.Globalization;

namespace Signals.Core.Model;

/// <summary>
/// The canonical text of a user: a decimal number where the high half of the id is 0, otherwise 32 lower-case hexadecimal digits.
/// Every id has one text and every text one id, because a number has at most 20 digits.
/// </summary>
/// <remarks>Thread contract: any thread. Pure.</remarks>
internal static class UserText
{
    /// <summary>The number of digits of an id that is not printed as a number.</summary>
    public const int IdDigits = 32;

    private const int HalfDigits = 16;
    private static readonly SearchValues<char> LowerHexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>The text of a user.</summary>
    public static string Format(UserId user) => user.High == 0
        ? user.Low.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{user.High:x16}{user.Low:x16}");

    /// <summary>Reads exactly what <see cref="Format"/> writes. Leading zeros, signs, spaces and capitals are refused.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out UserId user) =>
        text.Length == IdDigits ? TryParseId(text, out user) && user.High != 0 : TryParseNumber(text, out user);

    /// <summary>Reads 32 lower-case hexadecimal digits, also of an id whose canonical text is a number.</summary>
    public static bool TryParseId(ReadOnlySpan<char> text, out UserId user)
    {
        user = default;
        if (text.Length != IdDigits || text.ContainsAnyExcept(LowerHexDigits))
        {
            return false;
        }

        user = new UserId(Half(text[..HalfDigits]), Half(text[HalfDigits..]));
        return true;
    }

    private static bool TryParseNumber(ReadOnlySpan<char> text, out UserId user)
    {
        // The runtime's parser alone would accept NUL characters after the digits.
        ulong number = 0;
        bool isNumber = !text.ContainsAnyExceptInRange('0', '9')
            && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && (text[0] != '0' || text.Length == 1);
        user = isNumber ? UserId.From(number) : default;
        return isNumber;
    }

    private static ulong Half(ReadOnlySpan<char> digits) =>
        ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
