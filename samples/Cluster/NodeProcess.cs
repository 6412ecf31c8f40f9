using System.Diagnostics;
using System.Globalization;

namespace Signals.Samples.Cluster;

/// <summary>A node, seen from the program that started it. Threads: any.</summary>
internal sealed class NodeProcess : IDisposable
{
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
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Ends it in order, or by force when that takes long.</summary>
    public void Dispose()
    {
        if (IsRunning)
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(TimeSpan.FromSeconds(20)))
            {
                Kill();
            }
        }

        _process.Dispose();
    }
}
