namespace Signals.Core.Registry;

/// <summary>How one output column compares.</summary>
/// <param name="Name">The column's name in the answers.</param>
/// <param name="Rows">Events that both sequences have, compared in this column; 0 when only one of them has the column.</param>
/// <param name="Different">Those whose state or value differs.</param>
public readonly record struct ShadowField(string Name, long Rows, long Different);
