namespace Signals.Samples.ConsoleHost.Options;

/// <summary>One field of the events and the column it is read from.</summary>
/// <param name="Name">Name in the store's schema.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Dimensions">Elements of a vector; 1 for everything else.</param>
/// <param name="Column">Column of the CSV file; for frames the name in the frame's field map.</param>
internal sealed record FieldMapping(string Name, ColumnKind Kind, int Dimensions, string Column)
{
    /// <summary>Reads NAME:KIND[=COLUMN]. Throws <see cref="UsageException"/>.</summary>
    public static FieldMapping Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string kindWord = colon < 0 ? "" : text[(colon + 1)..(equals < 0 ? text.Length : Math.Max(equals, colon + 1))];
        if (colon <= 0 || !FieldKindNames.TryParse(kindWord, out ColumnKind kind, out int dimensions))
        {
            throw new UsageException($"--field '{text}' is not NAME:KIND[=COLUMN]; kinds are {FieldKindNames.All}");
        }
        string name = text[..colon];
        return new FieldMapping(name, kind, dimensions, equals < 0 ? name : text[(equals + 1)..]);
    }
}
