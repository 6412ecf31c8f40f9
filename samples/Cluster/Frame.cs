using System.Globalization;
using Signals.Orleans;
using Spectre.Console;

namespace Signals.Samples.Cluster;

/// <summary>
/// Makes a picture of the cluster for a terminal of some size: lines of markup that fill it, none of them wider or more. Words say what
/// colours say, so nothing is lost without colours. Pure.
/// </summary>
internal sealed class Frame
{
    private const int NumberWidth = 12; // "10 no owner" and a space
    private const int RoleWidth = 7;
    private const int LagWidth = 7;
    private const int FullCell = 22;
    private const int WidestCell = 34;
    private const string Keys = "k kills the node that owns most   r starts the killed nodes again   q ends";
    private const string ShortKeys = "k kill  r restart  q end";

    private readonly int _width;
    private readonly int _height;
    private readonly int _cell;

    public Frame(int width, int height, int nodes)
    {
        (_width, _height) = (Math.Max(20, width), Math.Max(7, height));
        _cell = Math.Clamp((_width - NumberWidth) / nodes, 9, WidestCell);
    }

    public IReadOnlyList<string> Lines(ClusterPicture picture)
    {
        string state = picture.IsSettled ? "settled" : "moving";
        string title = Invariant($"{picture.Acknowledged:N0} events acknowledged, {state}");
        string[] reads = [Row("reads", picture, Reads), Row("", picture, Lateness)];
        string[] below = [Line(picture.News), Styled(Line(Keys.Length < _width ? Keys : ShortKeys), "dim")];
        string head = Row("partition", picture, node => node.IsRunning ? node.Name : $"{node.Name} is dead", Colour);
        string[] partitions = Partitions(picture, _height - 2 - reads.Length - below.Length);
        string[] lines = [Styled(Line(title), picture.IsSettled ? "bold green" : "bold yellow"), head, .. partitions, .. reads, .. below];
        return Spread(lines, partitions.Length);
    }

    // Those for which there is room; the last line says how many there are beside them.
    private string[] Partitions(ClusterPicture picture, int room)
    {
        int shown = Shop.Partitions <= room ? Shop.Partitions : Math.Max(0, room - 1);
        IEnumerable<string> rows = Enumerable.Range(0, shown).Select(partition => Row(
            Invariant($"{partition}{(IsOwned(picture, partition) ? "" : " no owner")}"), picture,
            node => Cell(Find(node.Status, partition)), node => Colour(Find(node.Status, partition))));
        return shown == Shop.Partitions ? [.. rows] : [.. rows, Line($"{Shop.Partitions - shown} more do not fit")];
    }

    // Empty lines between the parts, while there is room for them.
    private List<string> Spread(string[] lines, int partitions)
    {
        List<string> spread = [.. lines];
        foreach (int at in new[] { lines.Length - 2, 2 + partitions, 1 })
        {
            if (spread.Count < _height)
            {
                spread.Insert(at, Line(""));
            }
        }

        while (spread.Count < _height)
        {
            spread.Add(Line(""));
        }

        return spread;
    }

    private string Row(
        string name, ClusterPicture picture, Func<(string Name, bool IsRunning, NodeStatus Status), string> cell,
        Func<(string Name, bool IsRunning, NodeStatus Status), string>? colour = null)
    {
        string row = Fit(name, NumberWidth);
        string plain = row;
        foreach (var node in picture.Nodes)
        {
            string text = Fit(cell(node), Math.Max(0, Math.Min(_cell, _width - 1 - plain.Length)));
            plain += text;
            row += Styled(text, colour?.Invoke(node) ?? "");
        }

        return row + new string(' ', Math.Max(0, _width - 1 - plain.Length));
    }

    private string Cell(NodeStatus.Replica? replica)
    {
        if (replica is null)
        {
            return "";
        }

        string lag = replica.State == ReplicaState.Following && replica.LagMs >= 0 ? Lag(replica.LagMs) : Word(replica.State);
        string role = replica.Role == ReplicaRole.Owner ? "owner" : "standby";
        int position = _cell - RoleWidth - LagWidth - 2;
        return _cell >= FullCell
            ? $"{role.PadRight(RoleWidth)}{Invariant($"{replica.Position:N0}").PadLeft(position)}{lag.PadLeft(LagWidth)}"
            : _cell >= RoleWidth + LagWidth + 2 ? $"{role.PadRight(RoleWidth)}{lag.PadLeft(LagWidth)}"
            : $"{(replica.Role == ReplicaRole.Owner ? "O" : "s")} {lag}";
    }

    private string Reads((string Name, bool IsRunning, NodeStatus Status) node) => !node.IsRunning ? ""
        : _cell >= FullCell ? Invariant($"{node.Status.Local} here, {node.Status.Remote} elsewhere")
        : Invariant($"{node.Status.Local} + {node.Status.Remote}");

    private string Lateness((string Name, bool IsRunning, NodeStatus Status) node) => !node.IsRunning ? ""
        : node.Status.Failed > 0 ? Invariant($"{node.Status.Failed} failed")
        : _cell >= FullCell ? $"at most {Lag(node.Status.MostLagMs)} late"
        : Lag(node.Status.MostLagMs);

    private static bool IsOwned(ClusterPicture picture, int partition) =>
        picture.Nodes.Any(node => Find(node.Status, partition)?.Role == ReplicaRole.Owner);

    private static NodeStatus.Replica? Find(NodeStatus status, int partition) =>
        status.Replicas.FirstOrDefault(candidate => candidate.Partition == partition);

    private static string Lag(double ms) => ms < 1000 ? Invariant($"{ms:F0} ms") : Invariant($"{ms / 1000:F1} s");

    private static string Word(ReplicaState state) => state switch
    {
        ReplicaState.Opening => "opens",
        ReplicaState.CatchingUp => "replay",
        ReplicaState.Failed => "failed",
        ReplicaState.Closing => "closes",
        ReplicaState.Stopped => "stopped",
        _ => "?",
    };

    private static string Colour((string Name, bool IsRunning, NodeStatus Status) node) => node.IsRunning ? "bold" : "red";

    private static string Colour(NodeStatus.Replica? replica) => replica switch
    {
        null => "",
        { State: ReplicaState.Failed or ReplicaState.Stopped } => "red",
        { State: not ReplicaState.Following } => "yellow",
        { Role: ReplicaRole.Owner } => "green",
        _ => "",
    };

    private string Line(string text) => Fit(text, _width - 1);

    // Exactly as wide, so that it covers what was there.
    private static string Fit(string text, int width) =>
        Markup.Escape(text.Length <= width ? text.PadRight(width) : text[..Math.Max(0, width - 1)] + (width > 0 ? "~" : ""));

    private static string Styled(string text, string style) => style.Length == 0 ? text : $"[{style}]{text}[/]";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
