namespace Signals.Core.Ingest;

/// <summary>One column of an <see cref="SingleEvent"/>: its state, and where its bytes are.</summary>
internal readonly record struct EventCell(ColumnState State, int Start, int Length);
