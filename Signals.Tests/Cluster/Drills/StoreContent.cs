using System.Security.Cryptography;
using System.Text;

namespace Signals.Tests.Cluster.Drills;

/// <summary>The content of a replica, to compare it with another one. Pure.</summary>
internal static class StoreContent
{
    /// <summary>SHA-256 of the positions and of every row of every user, in hex.</summary>
    /// <param name="store">The replica.</param>
    /// <param name="eventType">The event type.</param>
    /// <param name="columns">Writes the columns of a row.</param>
    public static string HashOf(SignalStore store, string eventType, Func<Sequence, int, string> columns)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (SourcePosition source in store.GetResumePositions())
        {
            Add(hash, $"{source.Source} {source.Position}");
        }

        SequenceQuery query = store.Query(eventType).Build();
        foreach (UserId user in store.GetUsers(eventType).Order())
        {
            using Sequence sequence = store.Read(user, query);
            Add(hash, $"{user} {sequence.Count}");
            for (int row = 0; row < sequence.Count; row++)
            {
                Add(hash, $"{sequence.Times[row]} {sequence.Ids[row]} {columns(sequence, row)}");
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, string line) => hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
}
