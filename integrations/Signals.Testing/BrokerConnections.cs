using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Signals.Testing;

/// <summary>
/// The brokers' ends of the connections that are open at one moment. A process that this one starts inherits those, because librdkafka does
/// not forbid it. Closing them here does not end such a connection: its client hears nothing and waits for an answer until its time is
/// over. Only Linux lists them; elsewhere there are none here.
/// </summary>
/// <remarks>Thread contract: one thread at a time. Lifetime: dispose it, which closes what nobody else holds.</remarks>
internal sealed partial class BrokerConnections : IDisposable
{
    private const string OpenFiles = "/proc/self/fd";
    private const int InternetFamily = 2; // AF_INET; the mock cluster has no other.
    private const int DuplicateClosedOnExec = 1030; // F_DUPFD_CLOEXEC
    private const int BothDirections = 2; // SHUT_RDWR
    private const int AddressBytes = 128;

    private readonly List<SafeFileHandle> _ends = [];

    private BrokerConnections()
    {
    }

    /// <summary>Holds the connections of brokers in this process, so that they stay when the brokers close them.</summary>
    /// <param name="bootstrapServers">The addresses of the brokers, as the mock cluster gives them.</param>
    public static BrokerConnections Hold(string bootstrapServers)
    {
        BrokerConnections connections = new();
        if (!OperatingSystem.IsLinux())
        {
            return connections;
        }

        HashSet<int> ports = [.. bootstrapServers.Split(',').Select(
            address => int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), CultureInfo.InvariantCulture))];
        foreach (string path in Directory.GetFileSystemEntries(OpenFiles))
        {
            int file = int.Parse(Path.GetFileName(path.AsSpan()), CultureInfo.InvariantCulture);
            if (IsEndOf(file, ports) && Duplicate(file, DuplicateClosedOnExec, 0) is >= 0 and int held)
            {
                SafeFileHandle end = new(held, ownsHandle: true);
                if (IsEndOf(held, ports))
                {
                    connections._ends.Add(end);
                }
                else
                {
                    end.Dispose(); // Another thread closed the first one meanwhile, and something else got its number.
                }
            }
        }

        return connections;
    }

    /// <summary>Ends the connections for both sides, whoever else holds them.</summary>
    public void Break()
    {
        foreach (SafeFileHandle end in _ends)
        {
            _ = Shutdown(end, BothDirections); // What it fails with is that the client has gone already.
        }
    }

    public void Dispose() => _ends.ForEach(static end => end.Dispose());

    // A socket with a port of a broker on this side, and a client on the other. Listeners have no other side.
    private static bool IsEndOf(int file, HashSet<int> ports)
    {
        Span<byte> address = stackalloc byte[AddressBytes];
        int length = AddressBytes;
        if (OwnAddress(file, address, ref length) != 0 || BinaryPrimitives.ReadUInt16LittleEndian(address) != InternetFamily
            || !ports.Contains(BinaryPrimitives.ReadUInt16BigEndian(address[sizeof(ushort)..])))
        {
            return false;
        }

        length = AddressBytes;
        return OtherAddress(file, address, ref length) == 0;
    }

    [LibraryImport("libc", EntryPoint = "getsockname")]
    private static partial int OwnAddress(int file, Span<byte> address, ref int length);

    [LibraryImport("libc", EntryPoint = "getpeername")]
    private static partial int OtherAddress(int file, Span<byte> address, ref int length);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Duplicate(int file, int command, int atLeast);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int Shutdown(SafeFileHandle file, int directions);
}
