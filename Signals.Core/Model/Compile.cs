using System.Runtime.CompilerServices;

namespace Signals.Core.Model;

/// <summary>
/// How the runtime compiles a method, for <see cref="MethodImplAttribute"/>. Why, and what it gave: docs/decisions/0047.
/// </summary>
internal static class Compile
{
    /// <summary>
    /// In full at its first call, instead of three times with more care each time. For methods that run for each row or batch while events
    /// are appended, replayed, flushed and merged: otherwise a new process does this with slow code while the compiler has a core of
    /// its own. Not for reads: they gain more from what the runtime learns while the slow code runs.
    /// </summary>
    public const MethodImplOptions InFull = MethodImplOptions.AggressiveOptimization;
}
