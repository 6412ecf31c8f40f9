using System.CommandLine;
using System.Globalization;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>Lets a source start anew from position 0. Its events stay.</summary>
internal sealed class ResetCommand : ToolCommand
{
    private readonly Argument<string> _folder = Syntax.Folder();
    private readonly Argument<string> _source = Syntax.Word("SOURCE", "The source, as stats names it.");
    private readonly Option<bool> _json = Syntax.Json();

    public ResetCommand()
        : base("reset", "Let a source begin anew from position 0, because another one came under its name. Its events stay.")
    {
        Add(_folder);
        Add(_source);
        Add(_json);
    }

    public override async Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.GetRequiredValue(_folder);
        string source = line.GetRequiredValue(_source);
        bool json = line.GetValue(_json);
        SignalStore store = WritableStore.Open(folder);
        await using (store.ConfigureAwait(false))
        {
            SourcePosition[] all = [.. store.GetResumePositions()];
            int at = Array.FindIndex(all, known => known.Source == source);
            if (at < 0)
            {
                string names = string.Join(", ", all.Select(known => $"'{known.Source}'"));
                string message = $"the store has no source '{source}'; it has {(names.Length == 0 ? "none" : names)}";
                await context.Messages.WriteLineAsync(message).ConfigureAwait(false);
                return ExitCode.NotFound;
            }

            AppendAck ack = await store.ResetSourceAsync(source, cancellationToken: cancellationToken).ConfigureAwait(false);
            Print(context, json, all[at], ack);
        }

        return ExitCode.Ok;
    }

    private static void Print(ToolContext context, bool json, SourcePosition before, AppendAck ack)
    {
        string durability = ack.Durability.ToString().ToLowerInvariant();
        if (!json)
        {
            context.WriteRaw(string.Create(
                CultureInfo.InvariantCulture,
                $"source {before.Source} begins anew; it stood at {before.Position}; acknowledged {durability}"));
            return;
        }

        context.WriteObject(writer =>
        {
            writer.WriteString("source", before.Source);
            writer.WriteNumber("position_before", before.Position);
            writer.WriteNumber("generation", before.Generation + 1);
            writer.WriteString("durability", durability);
        });
    }
}
