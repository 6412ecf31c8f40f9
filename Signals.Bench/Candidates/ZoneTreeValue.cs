using System.Runtime.InteropServices;

namespace Signals.Bench.Candidates;

/// <summary>The fields of one event in ZoneTree.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct ZoneTreeValue(long Item, int Action, float Dwell, byte Surface);
