using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Signals.Tests.Reliability;

/// <summary>
/// A program that a test starts and waits for, at most for its patience. What it prints is read all the time, so that it never waits for
/// a full pipe. When its time is over it is killed with everything that it started, and the test fails with the command line and with
/// what was printed. Threads: one test. Lifetime: one process, which disposal ends.
/// </summary>
internal sealed class WatchedProcess : IDisposable
{
    /// <summary>How long a program may take, if a test says nothing else; longer in runs of more than full size.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5) * Math.Max(1, TestScale.Factor);

    // A killed program ends at once. Its pipes stay open if a program that left its tree still holds them.
    private static readonly TimeSpan PatienceAfterKill = TimeSpan.FromSeconds(20);

    private const int MostShown = 20_000;

    private readonly Process _process;
    private readonly TimeSpan _patience;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Task _ended;
    private readonly Timer _watch;
    private volatile string? _late;

    private WatchedProcess(ProcessStartInfo start, TimeSpan patience, bool readsOutput)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _patience = patience;
        _process = Process.Start(start)!;
        _ended = Task.WhenAll(
            _process.WaitForExitAsync(CancellationToken.None),
            ReadAsync(_process.StandardError, _errors),
            readsOutput ? ReadAsync(_process.StandardOutput, _output) : Task.CompletedTask);
        _watch = new Timer(_ => GiveUp(), null, patience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What it writes to its output, if it was started by <see cref="Start"/>. It ends when the patience is over.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public static (int Code, string Output, string Errors) Run(string program, params string[] arguments) =>
        RunAsync(new ProcessStartInfo(program, arguments)).GetAwaiter().GetResult();

    /// <inheritdoc cref="Run(string, string[])"/>
    public static (int Code, string Output, string Errors) Run(ProcessStartInfo start, TimeSpan? patience = null) =>
        RunAsync(start, patience).GetAwaiter().GetResult();

    /// <inheritdoc cref="Run(string, string[])"/>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(ProcessStartInfo start, TimeSpan? patience = null)
    {
        using WatchedProcess process = new(start, patience ?? Patience, readsOutput: true);
        return await process.WhenEndedAsync();
    }

    /// <summary>Starts a program whose output the caller reads, and which the caller kills or lets end.</summary>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public static WatchedProcess Start(ProcessStartInfo start, TimeSpan? patience = null) =>
        new(start, patience ?? Patience, readsOutput: false);

    /// <summary>Kills a process that runs beside a test, and waits until it is gone. It may have ended before.</summary>
    /// <param name="process">The process.</param>
    /// <param name="withChildren">Whether it has started others that have to go, too.</param>
    /// <exception cref="TimeoutException">It is still there.</exception>
    public static void End(Process process, bool withChildren = false)
    {
        process.Kill(withChildren);
        if (!process.WaitForExit(Patience))
        {
            throw new TimeoutException($"{LineOf(process.StartInfo)} was killed and is still there after {Patience}.");
        }
    }

    /// <summary>Kills it, as <c>kill -9</c> does; with everything that it started if that is wanted.</summary>
    public void Kill(bool withChildren = false) => _process.Kill(withChildren);

    /// <summary>Waits until it has ended, and its output too.</summary>
    /// <returns>Its exit code, and what it printed.</returns>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public (int Code, string Output, string Errors) WaitForEnd() => WhenEndedAsync().GetAwaiter().GetResult();

    /// <inheritdoc cref="WaitForEnd"/>
    public async Task<(int Code, string Output, string Errors)> WhenEndedAsync()
    {
        try
        {
            await _ended.WaitAsync(_patience + PatienceAfterKill);
        }
        catch (TimeoutException)
        {
            _late ??= "It is still there, or another program has its output open.";
        }

        return _late is { } late
            ? throw new TimeoutException(
                $"{LineOf(_process.StartInfo)} did not end in {_patience}. {late}\nOutput:\n{Heard(_output)}\nErrors:\n{Heard(_errors)}")
            : (_process.ExitCode, Heard(_output, int.MaxValue), Heard(_errors, int.MaxValue));
    }

    public void Dispose()
    {
        _watch.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private void GiveUp()
    {
        if (_ended.IsCompleted)
        {
            return;
        }

        _late = "It was killed.";
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            _late = $"It could not be killed: {error.Message}";
        }
    }

    private static string LineOf(ProcessStartInfo start) => string.Join(' ', [start.FileName, .. start.ArgumentList]);

    private static async Task ReadAsync(StreamReader from, StringBuilder to)
    {
        char[] letters = new char[4096];
        try
        {
            while (await from.ReadAsync(letters) is > 0 and int count)
            {
                lock (to)
                {
                    to.Append(letters, 0, count);
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The process was disposed of before its output ended; nobody wants the rest.
        }
    }

    private static string Heard(StringBuilder said, int most = MostShown)
    {
        lock (said)
        {
            return said.Length <= most ? said.ToString() : "..." + said.ToString(said.Length - most, most);
        }
    }
}
