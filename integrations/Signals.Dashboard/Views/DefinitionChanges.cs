using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Signals.Dashboard.Http;
using Signals.Dashboard.Sampling;
using Signals.Dashboard.Work;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Dashboard.Views;

/// <summary>Checks definitions that are sent as JSON, registers them, and changes which version is served.</summary>
internal static class DefinitionChanges
{
    private const int MostBytes = 1024 * 1024;

    /// <summary>Says what is wrong with a definition, by path. Nothing changes.</summary>
    public static async Task CheckAsync(HttpContext context, ShownStore shown)
    {
        byte[] json = await Parameters.BodyAsync(context.Request, MostBytes).ConfigureAwait(false);
        _ = TryRead(json, shown, out SequenceDefinition? definition, out IReadOnlyList<DefinitionError> errors);
        await SendAsync(context, definition, errors, StatusCodes.Status200OK).ConfigureAwait(false);
    }

    /// <summary>
    /// Registers a definition, which is served from then on, or says what is wrong with it. With a log it is served once the store gets
    /// there.
    /// </summary>
    public static async Task RegisterAsync(HttpContext context, ShownStore shown)
    {
        byte[] json = await Parameters.BodyAsync(context.Request, MostBytes).ConfigureAwait(false);
        if (TryRead(json, shown, out SequenceDefinition? definition, out IReadOnlyList<DefinitionError> errors))
        {
            try
            {
                await RegisterAsync(shown, definition, context.RequestAborted).ConfigureAwait(false);
            }
            catch (DefinitionException refusal)
            {
                errors = refusal.Errors;
            }
        }

        int status = errors.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity;
        await SendAsync(context, definition, errors, status).ConfigureAwait(false);
    }

    /// <summary>Activates a version, goes back to the version before, or retires a definition.</summary>
    public static Task ChangeAsync(HttpContext context, ShownStore shown)
    {
        string name = Parameters.Route(context, "name");
        LogFedStore.RefuseChange(
            shown, "A change of what is served", "Send the version that you want as a new, higher version: the log has no other change.");
        StoreDefinitions definitions = shown.Store.Definitions;
        bool isDone = Parameters.Route(context, "change") switch
        {
            "activate" => definitions.Activate(
                name,
                (int)(Parameters.OptionalNumber(context.Request, "version", 1, int.MaxValue)
                    ?? throw Parameters.Bad("The parameter 'version' is missing."))),
            "rollback" => definitions.RollBack(name),
            "retire" => definitions.Retire(name),
            _ => throw new RefusedException(StatusCodes.Status404NotFound, "There is no such change of a definition."),
        };
        if (!isDone)
        {
            throw new RefusedException(
                StatusCodes.Status409Conflict, "The store does not know the definition, or there is no such version to change to.");
        }

        definitions.TryGet(name, out SequenceDefinition? now);
        return SendAsync(context, now, [], StatusCodes.Status200OK);
    }

    private static Task RegisterAsync(ShownStore shown, SequenceDefinition definition, CancellationToken cancellationToken)
    {
        DashboardStore settings = shown.Settings;
        if (settings.DefineThroughLog is { } write)
        {
            return write(definition, cancellationToken);
        }

        LogFedStore.RefuseChange(
            shown, "A definition registered", "Write it to the log, or let the host give the page DashboardStore.DefineThroughLog.");
        shown.Store.Definitions.RegisterByOperator(definition, settings.Catalog, settings.Stages?.Invoke(definition.Name));
        return Task.CompletedTask;
    }

    private static bool TryRead(
        byte[] json, ShownStore shown, [NotNullWhen(true)] out SequenceDefinition? definition, out IReadOnlyList<DefinitionError> errors)
    {
        if (!SequenceDefinition.TryParse(json, out definition, out errors))
        {
            return false;
        }

        try
        {
            definition.Validate(shown.Store.Schema, shown.Settings.Catalog);
            return true;
        }
        catch (DefinitionException refusal)
        {
            errors = refusal.Errors;
            return false;
        }
    }

    private static Task SendAsync(
        HttpContext context, SequenceDefinition? definition, IReadOnlyList<DefinitionError> errors, int status) =>
        JsonAnswer.SendAsync(
            context,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("name", definition?.Name);
                JsonAnswer.Number(json, "version", definition?.Version);
                JsonAnswer.Objects(json, "errors", errors, error =>
                {
                    json.WriteString("path", error.Path);
                    json.WriteString("message", error.Message);
                });
                json.WriteEndObject();
            },
            status);
}
