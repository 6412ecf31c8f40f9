using System.Diagnostics;
using System.Globalization;

namespace Signals.Samples.Cluster;

/// <summary>A node, seen from the program that started it. Threads: any.</summary>
internal sealed class NodeProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private volatile NodeStatus _status = NodeStatus.None;

    public NodeProcess(string name, int port, string redis, string brokers, string folder)
    {
        Name = name;
        ProcessStartInfo start = new(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] program = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? ["exec", typeof(NodeProcess).Assembly.Location]
            : [];
        foreach (string argument in
            (string[])[.. program, Node.Word, name, port.ToString(CultureInfo.InvariantCulture), redis, brokers, folder])
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _status = line.Data is null ? NodeStatus.None : NodeStatus.Parse(line.Data);
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    public bool IsRunning => !_process.HasExited;

    public NodeStatus Status => IsRunning ? _status : NodeStatus.None;

    /// <summary>Kills it at once; does nothing when it has ended.</summary>
    /// <exception cref="TimeoutException">The system does not end it.</exception>
    public void Kill() => Kill(_process);

    /// <summary>Kills a process, and waits until it is gone.</summary>
    /// <exception cref="TimeoutException">The system does not end it.</exception>
    public static void Kill(Process process)
    {
        process.Kill();
        if (!process.WaitForExit(Patience))
        {
            throw new TimeoutException($"The process {process.Id} was killed, and is still there after {Patience.TotalSeconds:F0} s.");
        }
    }

    /// <summary>Ends it in order, or by force when that takes long.</summary>
    public void Dispose()
    {
        if (IsRunning)
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(Patience))
            {
                Kill();
            }
        }

        _process.Dispose();
    }
}
