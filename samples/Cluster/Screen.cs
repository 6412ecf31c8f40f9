using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Signals.Samples.Cluster;

/// <summary>
/// Shows the cluster in the terminal until a key or Ctrl+C ends it. A terminal that cannot move its cursor, or a file, gets a line
/// whenever something changes. One thread.
/// </summary>
internal sealed class Screen(LocalCluster cluster) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _ending = new();
    private string _news = "The nodes start. It takes some seconds.";
    private bool _isStarting = true;
    private string? _killed; // Who was killed last, until the cluster has settled again.
    private long _killedAt;
    private (int Width, int Height) _size;

    public async Task<int> RunAsync()
    {
        Console.CancelKeyPress += End;
        bool canMoveItsCursor = AnsiConsole.Profile.Capabilities.Ansi && !Console.IsOutputRedirected;
        await (canMoveItsCursor ? DrawAsync() : PrintAsync());
        return 0;
    }

    public void Dispose()
    {
        Console.CancelKeyPress -= End; // A second Ctrl+C ends the program at once.
        _ending.Dispose();
    }

    private void End(object? sender, ConsoleCancelEventArgs pressed)
    {
        pressed.Cancel = true; // So that everything that was started here ends too.
        _ending.Cancel();
    }

    private async Task DrawAsync()
    {
        AnsiConsole.Cursor.Hide();
        try
        {
            while (!_ending.IsCancellationRequested)
            {
                PressKeys();
                Draw();
                await PauseAsync();
            }

            _news = "Everything ends. It takes some seconds.";
            Draw();
        }
        finally
        {
            AnsiConsole.Cursor.Show();
            AnsiConsole.WriteLine();
        }
    }

    private void Draw()
    {
        (int Width, int Height) size = (AnsiConsole.Profile.Width, AnsiConsole.Profile.Height);
        if (size != _size)
        {
            _size = size;
            AnsiConsole.Clear(); // A terminal that becomes smaller wraps or leaves what was there.
        }

        Frame frame = new(size.Width, size.Height, cluster.Nodes.Count);
        AnsiConsole.Cursor.SetPosition(1, 1);
        AnsiConsole.Markup(string.Join('\n', frame.Lines(Look())));
    }

    private async Task PrintAsync()
    {
        string before = "";
        string newsBefore = "";
        while (!_ending.IsCancellationRequested)
        {
            PressKeys();
            ClusterPicture now = Look();
            string line = Describe(now);
            if (now.News != newsBefore)
            {
                Console.WriteLine(now.News);
                newsBefore = now.News;
            }

            if (line != before)
            {
                Console.WriteLine(line);
                before = line;
            }

            await PauseAsync();
        }
    }

    // What changes seldom, so that the lines are few.
    private static string Describe(ClusterPicture now)
    {
        IEnumerable<string> nodes = now.Nodes.Select(node => node.IsRunning
            ? $"{node.Name} owns {node.Status.Replicas.Count(replica => replica.Role == Orleans.ReplicaRole.Owner)}"
            : $"{node.Name} is dead");
        return $"{(now.IsSettled ? "settled" : "moving")}: {string.Join(", ", nodes)}";
    }

    private ClusterPicture Look()
    {
        if (_killed is not null && cluster.IsSettled() && Stopwatch.GetElapsedTime(_killedAt) > TimeSpan.FromSeconds(1))
        {
            double seconds = Stopwatch.GetElapsedTime(_killedAt).TotalSeconds;
            _news = string.Create(
                CultureInfo.InvariantCulture, $"{_killed} was killed; settled again after {seconds:F1} s.");
            _killed = null;
        }

        if (_isStarting && cluster.IsSettled())
        {
            (_isStarting, _news) = (false, "Every partition has an owner and a standby. Kill a node.");
        }

        return ClusterPicture.Of(cluster, _news);
    }

    private void PressKeys()
    {
        while (!Console.IsInputRedirected && Console.KeyAvailable)
        {
            switch (char.ToLowerInvariant(Console.ReadKey(intercept: true).KeyChar))
            {
                case 'k':
                    Kill();
                    break;
                case 'r':
                    string[] dead = [.. cluster.Nodes.Where(node => !node.IsRunning).Select(node => node.Name)];
                    cluster.RestartKilled();
                    _news = dead.Length == 0 ? "All nodes run."
                        : $"Started again, with the folders that they had: {string.Join(", ", dead)}.";
                    (_killed, _isStarting) = (null, false);
                    break;
                case 'q':
                    _ending.Cancel();
                    break;
                default:
                    break; // Other keys do nothing.
            }
        }
    }

    private void Kill()
    {
        if (cluster.TryKillBusiest() is string name)
        {
            (_killed, _killedAt, _isStarting) = (name, Stopwatch.GetTimestamp(), false);
            _news = $"{name} was killed. The others notice soon.";
        }
        else
        {
            _news = "No node is left. Press r to start them again.";
        }
    }

    private async Task PauseAsync() =>
        await Task.Delay(Interval, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // An end is no error.
}
