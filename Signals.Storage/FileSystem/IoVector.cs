using System.Runtime.InteropServices;

namespace Signals.Storage.FileSystem;

/// <summary>One piece of a gather write: <c>struct iovec</c> of the C library. Valid while its memory is pinned.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    /// <summary>The first byte.</summary>
    public byte* Start;

    /// <summary>The number of bytes.</summary>
    public nint Length;
}
