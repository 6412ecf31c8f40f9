namespace Signals.Core.Model;

/// <summary>
/// Rows do not fit into an array. This is the limit of a buffer, not an error of the input or the disk. The code that fills the
/// buffer decides what to leave out.
/// </summary>
internal sealed class BufferLimitException(long needed)
    : SignalsException($"A column buffer of {needed} bytes or rows is more than an array holds.");
