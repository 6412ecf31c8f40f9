using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Signals.Tests.Reliability;

namespace Signals.Tests.Cluster.Drills;

/// <summary>
/// A Redis server for the membership of a drill. It writes to a folder, so that it has the membership again after it was away. Threads:
/// one test.
/// </summary>
internal sealed class RedisServer : IDisposable
{
    private readonly string _host;
    private readonly int _port;
    private readonly string _folder;
    private Process _process;

    private RedisServer(string host, int port, string folder)
    {
        (_host, _port, _folder) = (host, port, folder);
        _process = Run();
    }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"{_host}:{_port}");

    /// <summary>Starts one; skips the test with the reason when there is none on this machine.</summary>
    public static async Task<RedisServer> StartAsync(string host, int port, string folder)
    {
        Directory.CreateDirectory(folder);
        RedisServer server;
        try
        {
            server = new RedisServer(host, port, folder);
        }
        catch (Win32Exception error)
        {
            Assert.Ignore($"redis-server, which keeps the membership of the drill, cannot be started: {error.Message}");
            throw;
        }

        await server.WhenListeningAsync();
        return server;
    }

    /// <summary>It goes away, with what it has on disk.</summary>
    public void TakeDown()
    {
        WatchedProcess.End(_process);
        _process.Dispose();
    }

    /// <summary>It comes back at the same address.</summary>
    public async Task BringUpAsync()
    {
        _process = Run();
        await WhenListeningAsync();
    }

    public void Dispose() => TakeDown();

    private Process Run()
    {
        string[] arguments =
        [
            "--port", _port.ToString(CultureInfo.InvariantCulture), "--bind", _host, "--protected-mode", "no",
            "--dir", _folder, "--save", "", "--appendonly", "yes", "--appendfsync", "always",
        ];
        Process process = Process.Start(new ProcessStartInfo("redis-server", arguments) { RedirectStandardOutput = true })!;
        _ = process.StandardOutput.ReadToEndAsync();
        return process;
    }

    private async Task WhenListeningAsync()
    {
        for (int attempt = 0; attempt < 400; attempt++)
        {
            using TcpClient client = new();
            try
            {
                await client.ConnectAsync(_host, _port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(25); // Not yet.
            }
        }

        throw new InvalidOperationException("redis-server does not listen.");
    }
}
