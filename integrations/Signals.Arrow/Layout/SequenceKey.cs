using Signals.Arrow.Columns;
using Signals.Serving;

namespace Signals.Arrow.Layout;

/// <summary>Appends a value of a sequence to a writer.</summary>
internal delegate void SequenceKey<in T>(T writer, in ServedSequence sequence)
    where T : ColumnWriter;
