namespace Signals.Core.Definitions.Tensors;

/// <summary>How sequences of different lengths are stored in a tensor.</summary>
internal enum TensorLayout : byte
{
    /// <summary><c>[B, N, width]</c>, where N is the definition's size. Places without a row are zero. The default.</summary>
    Padded = 0,

    /// <summary><c>[rows of all sequences, width]</c>, with B + 1 offsets.</summary>
    Jagged = 1,
}
