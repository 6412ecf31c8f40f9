namespace Signals.Definitions;

/// <summary>The result of comparing one output column.</summary>
/// <param name="Name">The column's name in the answers.</param>
/// <param name="Rows">
/// The number of events in both sequences that were compared in this column; 0 when only one of the sequences has the column.
/// </param>
/// <param name="Different">The number of those events whose state or value differs.</param>
public readonly record struct ShadowField(string Name, long Rows, long Different);
