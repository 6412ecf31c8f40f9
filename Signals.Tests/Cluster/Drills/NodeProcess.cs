using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Signals.Tests.Reliability;

namespace Signals.Tests.Cluster.Drills;

/// <summary>A node of a drill, seen from the drill. Threads: any.</summary>
internal sealed class NodeProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<string>> _waiting = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _errors = new();
    private volatile bool _isHarmed;
    private long _requests;

    private NodeProcess(NodeSettings settings, Process process)
    {
        (Settings, _process) = (settings, process);
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public NodeSettings Settings { get; }

    public string Name => Settings.Name;

    public bool IsRunning => !_process.HasExited;

    /// <summary>Whether it has started, and nobody has harmed it: what it then refuses to answer is a fault of the cluster.</summary>
    public bool IsWell => !_isHarmed && IsReady && IsRunning;

    public bool IsReady => _ready.Task.IsCompletedSuccessfully;

    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>Starts a node.</summary>
    /// <param name="settings">What it is told.</param>
    /// <param name="networkNamespace">The namespace of the network in which it runs; null for that of this process.</param>
    public static NodeProcess Start(NodeSettings settings, string? networkNamespace = null)
    {
        ProcessStartInfo start = ChildProcess.StartOf(DrillNode.Word, settings.ToJson());
        if (networkNamespace is not null)
        {
            start = new ProcessStartInfo("ip", ["netns", "exec", networkNamespace, start.FileName, .. start.ArgumentList]);
        }

        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return new NodeProcess(settings, Process.Start(start)!);
    }

    /// <summary>
    /// Waits until it serves. False when it ended because the others had declared it dead before it had begun, which they do when a
    /// machine is very busy; then start another.
    /// </summary>
    public async Task<bool> WhenReadyAsync()
    {
        try
        {
            await _ready.Task.WaitAsync(Patience);
            return true;
        }
        catch (Exception error) when (error is TimeoutException or IOException)
        {
            if (error is IOException && Errors.Contains("I have been told I am dead", StringComparison.Ordinal))
            {
                return false;
            }

            Assert.Fail($"{Name} did not start:\n{Errors}");
            throw;
        }
    }

    /// <summary>Asks and waits for the answer; null when the node ended or did not answer in time.</summary>
    public async Task<string?> AskAsync(string request, TimeSpan patience)
    {
        long id = Interlocked.Increment(ref _requests);
        TaskCompletionSource<string> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        try
        {
            lock (_process)
            {
                _process.StandardInput.WriteLine($"{id} {request}");
                _process.StandardInput.Flush();
            }

            return await answer.Task.WaitAsync(patience);
        }
        catch (Exception error) when (error is TimeoutException or IOException or InvalidOperationException)
        {
            return null; // It ended, or it hangs; the caller knows whether it should.
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    /// <summary>From here on nothing is expected of it, until <see cref="Pardon"/>.</summary>
    public void Harm() => _isHarmed = true;

    public void Pardon() => _isHarmed = false;

    /// <summary>Kills it at once, as <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        Harm();
        _process.Kill();
        await WhenEndedAsync();
    }

    /// <summary>Sends a signal by name, such as TERM, STOP or CONT.</summary>
    public void Signal(string name)
    {
        Harm();
        WatchedProcess.Run("kill", $"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture));
    }

    public async Task<int> WhenEndedAsync()
    {
        using CancellationTokenSource patience = new(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        WatchedProcess.End(_process);
        _process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            _ready.TrySetException(new IOException("The node ended."));
            foreach (TaskCompletionSource<string> waiting in _waiting.Values)
            {
                waiting.TrySetException(new IOException("The node ended."));
            }

            return;
        }

        if (line == "ready")
        {
            _ready.TrySetResult();
            return;
        }

        int space = line.IndexOf(' ', StringComparison.Ordinal);
        if (space > 0 && long.TryParse(line.AsSpan(0, space), out long id) && _waiting.TryGetValue(id, out var answer))
        {
            answer.TrySetResult(line[(space + 1)..]);
        }
    }

    private void Note(string? line)
    {
        lock (_errors)
        {
            _errors.AppendLine(line);
        }
    }
}
