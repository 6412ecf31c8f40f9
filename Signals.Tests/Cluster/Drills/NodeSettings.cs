using System.Text.Json;

namespace Signals.Tests.Cluster.Drills;

/// <summary>What a node of a drill is told when it starts. Immutable; goes to the node's process as JSON.</summary>
internal sealed record NodeSettings
{
    /// <summary>The silo's name.</summary>
    public required string Name { get; init; }

    /// <summary>The address on which the silo listens.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The silo's port; the gateway has the next one.</summary>
    public required int Port { get; init; }

    /// <summary>The address of Redis, which has the membership.</summary>
    public required string Redis { get; init; }

    /// <summary>The addresses of the brokers.</summary>
    public required string Brokers { get; init; }

    /// <summary>The node's disk.</summary>
    public required string Folder { get; init; }

    /// <summary>The folder that stands for shared storage.</summary>
    public required string Shared { get; init; }

    public required int Partitions { get; init; }

    public required int Standbys { get; init; }

    /// <summary>Whether records that no replica can apply are kept in the node's folder; the default policy stops before them.</summary>
    public required bool KeepsPoison { get; init; }

    /// <summary>How far the node's clock is ahead of the others, in seconds; see <see cref="DrillClock"/>.</summary>
    public int ClockSeconds { get; init; }

    /// <summary>
    /// Where the node finds the brokers when they are not on its own loopback: what it sends to their port here goes there. Null for none.
    /// </summary>
    public string? BrokerRelay { get; init; }

    public static NodeSettings Parse(string json) => JsonSerializer.Deserialize<NodeSettings>(json)!;

    public string ToJson() => JsonSerializer.Serialize(this);
}
