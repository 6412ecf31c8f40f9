using System.Reflection;
using System.Runtime.InteropServices;
using LightningDB;

namespace Signals.Bench.Candidates;

/// <summary>
/// Finds LMDB's native library. It is the one of the package when that loads, otherwise the system's (Debian: liblmdb0), because
/// the package's needs a newer C library than Debian 12 has. One per process; any thread.
/// </summary>
internal static class LmdbLibrary
{
    private const string SystemName = "liblmdb.so.0";
    private static readonly Lock Gate = new();
    private static bool _resolves;

    /// <exception cref="PeerMissingException">Neither library loads.</exception>
    public static void Require()
    {
        Assembly assembly = typeof(LightningEnvironment).Assembly;
        lock (Gate)
        {
            if (_resolves)
            {
                return;
            }

            if (!NativeLibrary.TryLoad("lmdb", assembly, null, out _))
            {
                if (!NativeLibrary.TryLoad(SystemName, out nint handle))
                {
                    throw new PeerMissingException("LMDB's native library does not load; on Debian: apt-get install liblmdb0");
                }

                NativeLibrary.SetDllImportResolver(
                    assembly, (name, _, _) => name.Contains("lmdb", StringComparison.Ordinal) ? handle : 0);
            }

            _resolves = true;
        }
    }

    /// <summary>Requires that a call succeeded. A repeated event is already in the database, as it should be.</summary>
    /// <exception cref="InvalidOperationException">It did not.</exception>
    public static void Require(MDBResultCode code)
    {
        if (code is not (MDBResultCode.Success or MDBResultCode.KeyExist))
        {
            throw new InvalidOperationException($"LMDB answered {code}.");
        }
    }
}
