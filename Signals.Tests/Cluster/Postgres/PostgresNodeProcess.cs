using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Signals.Tests.Reliability;

namespace Signals.Tests.Cluster.Postgres;

/// <summary>A <see cref="PostgresNode"/>, seen from the test that started it. Threads: any.</summary>
internal sealed class PostgresNodeProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private volatile string _said = "|";

    public PostgresNodeProcess(string name, string connection, string folder)
    {
        Name = name;
        string port = FreePorts().ToString(CultureInfo.InvariantCulture);
        ProcessStartInfo start = ChildProcess.StartOf(PostgresNode.Word, name, port, connection, folder);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _said = line.Data ?? "|";
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    /// <summary>What it said last of each replica: partition, role, state.</summary>
    public string[][] Replicas => Parts(0);

    /// <summary>Why each partition came to it: partition and reason.</summary>
    public string[][] Promotions => Parts(1);

    public string[] Owned => [.. Replicas.Where(replica => replica[1] == "Owner").Select(replica => replica[0])];

    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return $"{Name}: {_said}\n{_errors}";
            }
        }
    }

    /// <summary>Kills it at once, as <c>kill -9</c>; does nothing when it has ended.</summary>
    public void Kill() => WatchedProcess.End(_process);

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private string[][] Parts(int half) =>
        [.. _said.Split('|')[half].Split(';', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split(','))];

    private void Note(string? line)
    {
        lock (_errors)
        {
            _errors.AppendLine(line);
        }
    }

    // The silo's port, and the next one for its gateway.
    private static int FreePorts()
    {
        while (true)
        {
            using TcpListener first = new(IPAddress.Loopback, 0);
            first.Start();
            int port = ((IPEndPoint)first.LocalEndpoint).Port;
            try
            {
                using TcpListener next = new(IPAddress.Loopback, port + 1);
                next.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has the gateway's port; the next free port has another neighbour.
            }
        }
    }
}
