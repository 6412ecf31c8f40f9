namespace Signals.Samples.ConsoleHost.Options;

/// <summary>One field of the events and the column it is read from.</summary>
/// <param name="Name">Name in the store's schema.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Dimensions">Elements of a vector; 1 for everything else.</param>
/// <param name="Column">Column of the CSV file; for frames the name in the frame's field map.</param>
internal sealed record FieldMapping(string Name, ColumnKind Kind, int Dimensions, string Column);
