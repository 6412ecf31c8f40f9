using System.Runtime.Intrinsics;

namespace Signals.Core.Columns;

/// <summary>
/// Adds a base to eight numbers and writes them in the width of <typeparamref name="T"/>. Implementations are stateless.
/// </summary>
internal interface IBitGroupStore<T>
{
    /// <summary>Writes eight numbers of 32 bits.</summary>
    static abstract void Store(Vector256<uint> eight, T low, ref T to);

    /// <summary>Writes four numbers of 64 bits and the four after them.</summary>
    static abstract void Store(Vector256<ulong> four, Vector256<ulong> next, T low, ref T to);

    /// <summary>Writes eight numbers of 64 bits, with AVX-512.</summary>
    static abstract void Store(Vector512<ulong> eight, T low, ref T to);
}
