using System.CommandLine;
using Signals.Tool.Export;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>Shows one user's newest events.</summary>
internal sealed class GetCommand : ToolCommand
{
    private readonly Argument<string> _folder = Syntax.Folder();
    private readonly Argument<string> _user = Syntax.User();
    private readonly Option<string[]> _types = Syntax.Types();
    private readonly Option<int> _last = Syntax.Number("--last", "How many events.", fallback: 20, least: 1);
    private readonly Option<bool> _json = Syntax.Json();

    public GetCommand()
        : base("get", "Print a user's newest events over all types, newest first.")
    {
        Add(_folder);
        Add(_user);
        Add(_types);
        Add(_last);
        Add(_json);
    }

    public override Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        UserId user = UserArgument.Parse(line.GetRequiredValue(_user));
        bool json = line.GetValue(_json);
        using ReadOnlyStore store = SignalStore.OpenReadOnly(line.GetRequiredValue(_folder));
        EventTypeSchema[] types = TypeChoice.Choose(store.Schema, line.GetValue(_types) ?? []);
        List<SingleEvent> events = UserEvents.Newest(store, user, types, line.GetValue(_last));
        foreach (SingleEvent single in events)
        {
            context.WriteRaw(EventLine.Of(single, json));
        }

        if (events.Count == 0)
        {
            context.Messages.WriteLine($"no events of user {user}");
        }

        LiveNote.Write(context, store);
        return Task.FromResult(events.Count > 0 ? ExitCode.Ok : ExitCode.NotFound);
    }
}
