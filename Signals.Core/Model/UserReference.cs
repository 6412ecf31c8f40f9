using System.Buffers;
using System.Globalization;
using System.Text;
using Signals.Core.Model;

namespace Signals;

/// <summary>
/// The ways in which a person names a user to a program: the text that programs print (<see cref="UserId.ToString"/>), or
/// <c>text:</c> and a name, <c>guid:</c> and a GUID, <c>id:</c> and 32 hexadecimal digits. A bare word is a name only when it
/// cannot be mistaken for one of the others.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Text that could mean two users is refused, because the command may be an erasure. Refused are: a
/// number with a leading zero or a sign, a part of an id, an unknown prefix, a space at either end, and invisible characters.
/// </remarks>
public static class UserReference
{
    private const string TextPrefix = "text:";
    private const string GuidPrefix = "guid:";
    private const string IdPrefix = "id:";
    private const int ShortestIdPart = 16;

    // Hexadecimal digits, and the characters that people write between, around or before digits.
    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("0123456789abcdefABCDEF+-_., {}()xX");

    /// <summary>Reads a reference.</summary>
    /// <exception cref="FormatException">
    /// The text is not a reference, or could mean two users. The message says what to write instead.
    /// </exception>
    public static UserId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith(TextPrefix, StringComparison.Ordinal))
        {
            return Named(text[TextPrefix.Length..], text);
        }

        if (text.StartsWith(GuidPrefix, StringComparison.Ordinal))
        {
            return Guid.TryParseExact(text.AsSpan(GuidPrefix.Length), "D", out Guid guid) && guid != Guid.Empty
                ? UserId.From(guid)
                : throw new FormatException(
                    $"'{text}' is not a user's GUID; write guid: and 8-4-4-4-12 hexadecimal digits, not all of them 0.");
        }

        if (text.StartsWith(IdPrefix, StringComparison.Ordinal))
        {
            return UserText.TryParseId(text.AsSpan(IdPrefix.Length), out UserId id)
                ? id
                : throw new FormatException($"'{text}' is not an id; write id: and 32 lower-case hexadecimal digits.");
        }

        if (UserText.TryParse(text, out UserId printed))
        {
            return printed;
        }

        return CouldMeanAnother(text)
            ? throw new FormatException(
                $"'{text}' could be a number, an id or a name; write text:{text} for the user with that name, " +
                "a number without leading zeros, or id: and 32 hexadecimal digits.")
            : Named(text, text);
    }

    private static UserId Named(string name, string reference)
    {
        try
        {
            return UserId.From(name);
        }
        catch (ArgumentException refusal)
        {
            throw new FormatException($"'{reference}' names no user: {refusal.Message}", refusal);
        }
    }

    private static bool CouldMeanAnother(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal) || text.Trim() != text || text.Any(char.IsControl))
        {
            return true;
        }

        string seen = AsSeen(text);
        bool onlyDigitsAndPunctuation = !seen.AsSpan().ContainsAnyExcept(OfNumbers);
        return onlyDigitsAndPunctuation && (seen.AsSpan().ContainsAnyInRange('0', '9') || seen.Length >= ShortestIdPart);
    }

    /// <summary>
    /// The text as a person sees it: without invisible characters such as marks of direction, and with the digits of every script
    /// as ASCII digits.
    /// </summary>
    private static string AsSeen(string text) => string.Concat(text.EnumerateRunes()
        .Where(rune => Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format)
        .Select(rune => Rune.IsDigit(rune) ? ((int)Rune.GetNumericValue(rune)).ToString(CultureInfo.InvariantCulture) : rune.ToString()));
}
