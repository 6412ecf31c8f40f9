using Signals.Core.Columns;

namespace Signals.Core.Ingest;

/// <summary>One column of an <see cref="EventRecord"/>: its state, and where its bytes are.</summary>
internal readonly record struct EventCell(ColumnState State, int Start, int Length);
