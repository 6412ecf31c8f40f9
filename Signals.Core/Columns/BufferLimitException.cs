using Signals.Core.Model;

namespace Signals.Core.Columns;

/// <summary>Rows do not fit into arrays any more: the limit of a buffer and no error of input or disk. Whoever fills the buffer decides what to do without.</summary>
internal sealed class BufferLimitException(long needed)
    : SignalsException($"A column buffer of {needed} bytes or rows is more than an array holds.");
