using System.Runtime.InteropServices;

namespace Signals.Storage.MemTables;

/// <summary>Where the bytes of a variable-length value lie in the arena.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct MemBytes(uint reference, int length)
{
    public const int Bytes = 8;

    public readonly uint Reference = reference;
    public readonly int Length = length;
}
