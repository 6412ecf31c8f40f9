using System.Runtime.InteropServices;

namespace Signals.Bench.Vectors;

/// <summary>One event as FASTER stores it.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct VectorRow<TVector>
    where TVector : unmanaged
{
    public long Time;
    public ulong Id;
    public TVector Vector;

}
