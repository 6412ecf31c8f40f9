using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Definitions;
using Signals.Core.Model;
using Signals.Core.Serving;
using Signals.Definitions;
using Signals.Enrichment;
using Signals.Serving;
using Signals.Storage.History;
using Signals.Storage.Primitives;

namespace Signals.Storage.DefinitionServing;

/// <summary>
/// Makes the receipts of a definition's answers, and the checksum that tells whether a rebuilt answer is the same.
/// </summary>
/// <remarks>Thread contract: immutable; any thread. Making a receipt allocates nothing.</remarks>
internal sealed class ReceiptMaker
{
    private readonly string _name;
    private readonly ulong? _definition;
    private readonly int[] _columns;

    private ReceiptMaker(string name, ulong? definition, int[] columns)
    {
        _name = name;
        _definition = definition;
        _columns = columns;
    }

    /// <summary>
    /// The first 64 bits of the definition's content hash; 0 when the definition has a condition in the host's code.
    /// </summary>
    public ulong DefinitionHash => _definition ?? 0;

    /// <summary>
    /// The covered columns follow from the definition alone, and do not depend on where automatic enrichments run at the moment.
    /// They are the output columns in the order of the definition, without those of enrichers that run, or may run, at serving.
    /// </summary>
    public static ReceiptMaker For(SequencePlan plan, EnrichmentCatalog catalog)
    {
        HashSet<string> computed = [];
        foreach (EnrichmentUse use in plan.Definition.Enrichments.Where(use => use.Placement != PlacementChoice.Indexing))
        {
            computed.UnionWith(
                catalog.TryGet(use.Name, out IEnrichmentStep? step)
                    ? step.Signature.Outputs.Select(output => output.Name)
                    : []);
        }

        int[] columns =
        [
            .. PlanCompiler.ColumnsThatComeOut(plan.Definition)
                .Where(column => !computed.Contains(column))
                .Distinct()
                .Select(plan.Layout.OrdinalOf),
        ];
        ulong? hash = plan.Definition.IsPortable ? (ulong)(plan.Definition.ComputeContentHash() >> 64) : null;
        return new ReceiptMaker(plan.Definition.Name, hash, columns);
    }

    /// <summary>Throws unless a read with these options can have a receipt.</summary>
    public void Require(DateTimeOffset? asOf)
    {
        if (_definition is null)
        {
            throw new InvalidOperationException(
                $"The definition '{_name}' has a condition in the host's code, so its answers cannot have a receipt; "
                + "register an event filter and use Predicate.Filter with its name.");
        }

        if (asOf is not null)
        {
            throw new ArgumentException("A read with AsOf cannot have a receipt; set either AsOf or WithReceipt.", nameof(asOf));
        }
    }

    /// <summary>Makes the receipt of a user's answer in a run whose fetches were exact.</summary>
    public SequenceReceipt Make(ServedRun served, int user, ServingStatus status)
    {
        if (!served.Fetcher.IsExact)
        {
            throw new InvalidOperationException("The read did not ask for a receipt; set ReadOptions.WithReceipt.");
        }

        PlanExecution execution = served.Execution;
        return Make(
            execution.Rows.User(user), execution.Rows.NowMs, status, served.Fetcher.Point,
            execution.ChosenOf(user).Length, Checksum(execution, user));
    }

    /// <summary>Makes the receipt of a user that the read did not reach. It cannot be rebuilt.</summary>
    public SequenceReceipt MakeEmpty(in UserId user, long nowMs, ServingStatus status) => Make(user, nowMs, status, default, 0, 0);

    /// <summary>Computes the checksum of a user's answer.</summary>
    public uint Checksum(PlanExecution execution, int user)
    {
        RowSet rows = execution.Rows;
        ReadOnlySpan<int> chosen = execution.ChosenOf(user);
        uint checksum = Append(0, MemoryMarshal.AsBytes(rows.Times), sizeof(long), chosen);
        checksum = Append(checksum, MemoryMarshal.AsBytes(rows.Ids), sizeof(ulong), chosen);
        checksum = Append(checksum, MemoryMarshal.AsBytes(rows.EventTypes), sizeof(ushort), chosen);
        foreach (int ordinal in _columns)
        {
            IColumnRows column = rows.Column(ordinal);
            checksum = PlantedBugs.Has(PlantedBugs.ChecksumWithoutStates) ? checksum : Append(checksum, column.RowStates, 1, chosen);
            checksum = column.Type.IsVariable
                ? AppendVariable(checksum, column, chosen)
                : Append(checksum, column.FixedRows, column.Type.Width, chosen);
        }

        return checksum;
    }

    private SequenceReceipt Make(in UserId user, long nowMs, ServingStatus status, in PastPoint point, int length, uint checksum) => new()
    {
        User = user,
        Definition = DefinitionHash,
        Position = point.Position.Value,
        AsOfMs = nowMs,
        Version = checked((uint)point.Version),
        Length = length,
        Status = status,
        Checksum = checksum,
    };

    /// <summary>Adds the chosen rows of a column of fixed width. Adjacent rows are added at once.</summary>
    private static uint Append(uint checksum, ReadOnlySpan<byte> values, int width, ReadOnlySpan<int> chosen)
    {
        if (PlantedBugs.Has(PlantedBugs.ChecksumOfFalseNeighbours) && chosen.Length > 0)
        {
            return Crc32C.Append(checksum, values.Slice(chosen[0] * width, chosen.Length * width));
        }

        for (int i = 0; i < chosen.Length;)
        {
            int count = 1;
            while (i + count < chosen.Length && chosen[i + count] == chosen[i] + count)
            {
                count++;
            }

            checksum = Crc32C.Append(checksum, values.Slice(chosen[i] * width, count * width));
            i += count;
        }

        return checksum;
    }

    private static uint AppendVariable(uint checksum, IColumnRows column, ReadOnlySpan<int> chosen)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (int row in chosen)
        {
            ReadOnlySpan<byte> value = column.GetValue(row);
            BinaryPrimitives.WriteInt32LittleEndian(length, value.Length);
            checksum = Crc32C.Append(Crc32C.Append(checksum, length), value);
        }

        return checksum;
    }
}
