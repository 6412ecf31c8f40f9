using System.Buffers.Binary;
using Signals.Bench.Compare;
using Signals.Bench.Workloads;

namespace Signals.Bench.Vectors;

/// <summary>
/// The events of the comparison, all of one type, with a vector for each that is computed from its id. Immutable.
/// </summary>
internal sealed class VectorWorkload
{
    private const int CheckedUsers = 200;

    private readonly Dictionary<ulong, int[]> _expected;

    /// <param name="events">The number of events, including late ones and duplicates.</param>
    /// <param name="users">The number of users.</param>
    /// <param name="reads">The number of users to read.</param>
    /// <param name="vectorBytes">The bytes of a vector; a multiple of 8.</param>
    public VectorWorkload(int events, int users, int reads, int vectorBytes)
    {
        EventLogGenerator generator = new(new WorkloadOptions { Events = events, Users = users });
        Log = generator.Generate();
        VectorBytes = vectorBytes;
        Readers = generator.PopularUsers(reads, seed: 31);
        _expected = Readers.Take(CheckedUsers).Distinct().ToDictionary(user => user, _ => Array.Empty<int>());
        IEnumerable<IGrouping<ulong, int>> checkedUsers = Enumerable.Range(0, Log.Count)
            .Where(i => _expected.ContainsKey(Log.Users[i]))
            .GroupBy(i => Log.Users[i]);
        foreach (IGrouping<ulong, int> user in checkedUsers.ToList())
        {
            _expected[user.Key] =
            [
                .. user.DistinctBy(i => Log.Ids[i]).OrderByDescending(i => Log.Times[i]).ThenBy(i => Log.Ids[i]).Take(VectorAnswer.Rows),
            ];
        }
    }

    public EventLog Log { get; }

    public int VectorBytes { get; }

    /// <summary>The users to read. They have the same distribution as the events' users.</summary>
    public ulong[] Readers { get; }

    /// <summary>Writes the vector of an event: bytes without a pattern, none of which form a half that is NaN.</summary>
    public static void WriteVector(ulong id, Span<byte> vector)
    {
        ulong state = id;
        for (int at = 0; at < vector.Length; at += sizeof(ulong))
        {
            state += 0x9E37_79B9_7F4A_7C15;
            ulong mixed = (state ^ (state >> 30)) * 0xBF58_476D_1CE4_E5B9;
            BinaryPrimitives.WriteUInt64LittleEndian(vector[at..], (mixed ^ (mixed >> 31)) & 0xBFFF_BFFF_BFFF_BFFF);
        }
    }

    /// <summary>The number of the store's answers that differ from the right ones. The first few are printed.</summary>
    public int CountWrong(IVectorStore store)
    {
        int wrong = 0;
        VectorAnswer answer = new(VectorBytes);
        VectorAnswer expected = new(VectorBytes);
        foreach ((ulong user, int[] rows) in _expected)
        {
            expected.Count = rows.Length;
            for (int row = 0; row < rows.Length; row++)
            {
                expected.Times[row] = Log.Times[rows[row]];
                expected.Ids[row] = Log.Ids[rows[row]];
                WriteVector(expected.Ids[row], expected.VectorAt(row));
            }

            store.Read(user, answer);
            if (answer.FirstDifference(expected) is string difference && wrong++ < 5)
            {
                Console.WriteLine($"WRONG ANSWER {store.Name}, user {user}: {difference}");
            }
        }

        return wrong;
    }

    /// <summary>
    /// The reads per second when a read copies times, ids and vectors of a user's newest rows from memory that is sorted by user.
    /// </summary>
    public double CopyCeiling()
    {
        (int Start, int Count)[] ranges = new UserIndex(Log).RangesOf(Readers);
        int next = 0; // The users are read in their order, over and over.
        int[] widths = [8, 8, VectorBytes];
        byte[][] columns = [.. widths.Select(width => new byte[(long)width * Log.Count])];
        foreach (byte[] column in columns)
        {
            column.AsSpan().Fill(1);
        }

        byte[][] answer = [.. widths.Select(width => new byte[width * VectorAnswer.Rows])];
        return ReadPhase.Run(
            _ =>
            {
                (int start, int count) = ranges[next];
                next = (next + 1) % ranges.Length;
                int rows = Math.Min(count, VectorAnswer.Rows);
                for (int i = 0; i < columns.Length; i++)
                {
                    columns[i].AsSpan(start * widths[i], rows * widths[i]).CopyTo(answer[i]);
                }

                return rows;
            },
            Readers).PerSecond;
    }
}
