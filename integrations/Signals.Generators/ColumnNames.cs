using System.Text;

namespace Signals.Generators;

/// <summary>Names of columns and event types. Pure.</summary>
internal static class ColumnNames
{
    private const int MaxLength = 128;

    /// <summary>
    /// The column name of a property: <c>DwellSeconds</c> is <c>dwell_seconds</c>, <c>HTTPStatus</c> is <c>http_status</c>.
    /// </summary>
    public static string Of(string property)
    {
        StringBuilder name = new();
        for (int i = 0; i < property.Length; i++)
        {
            bool beginsWord = i > 0 && char.IsUpper(property[i]) && property[i - 1] != '_'
                && (!char.IsUpper(property[i - 1]) || (i + 1 < property.Length && char.IsLower(property[i + 1])));
            if (beginsWord)
            {
                name.Append('_');
            }

            name.Append(char.ToLowerInvariant(property[i]));
        }

        return name.ToString();
    }

    /// <summary>Whether a store takes the name.</summary>
    public static bool IsValid(string? name) => name is { Length: > 0 and <= MaxLength } && name.All(IsAllowed);

    private static bool IsAllowed(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_' or '.' or '-';
}
