using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Signals.Dashboard.Sampling;
using Signals.Dashboard.Views;
using Signals.Dashboard.Work;

namespace Signals.Dashboard.Http;

/// <summary>All paths below the page's prefix, each with its kind and its handler. docs/dashboard.md lists them.</summary>
internal static class DashboardRoutes
{
    private const string OfStore = "/api/stores/{store}";

    public static IEndpointConventionBuilder Map(
        IEndpointRouteBuilder endpoints, string prefix, DashboardOptions options, Lazy<StoreBoard> board, ILogger log)
    {
        RouteGroupBuilder group = endpoints.MapGroup(prefix);
        group.ExcludeFromDescription();
        Handling handling = new(options, board, log);

        group.MapGet("/", handling.Of(RequestKind.Page, SendIndexAsync));
        group.MapGet("/{file}", handling.Of(
            RequestKind.Page, context => PageFiles.SendAsync(context, Parameters.Route(context, "file"))));
        group.MapGet("/api/stores", handling.Of(RequestKind.Data, context => StoresView.SendAsync(context, board.Value, options)));
        group.MapGet($"{OfStore}/overview", handling.OfStore(
            RequestKind.Data, (context, store) => OverviewView.SendAsync(context, store, board.Value), evenClosed: true));
        group.MapGet($"{OfStore}/storage", handling.OfStore(RequestKind.Data, StorageView.SendAsync));
        ReadGate gate = new();
        group.MapGet($"{OfStore}/user", handling.OfStore(
            RequestKind.Data, gate.Of((context, store) => UserView.SendAsync(context, store, board.Value.Time))));
        group.MapGet($"{OfStore}/sequence", handling.OfStore(RequestKind.Data, gate.Of(SequenceView.SendAsync)));
        group.MapGet($"{OfStore}/tensor", handling.OfStore(RequestKind.Data, gate.Of(TensorView.SendAsync)));
        MapDefinitions(group, handling);
        MapWork(group, handling, options, board);
        return group;
    }

    private static void MapDefinitions(RouteGroupBuilder group, Handling handling)
    {
        group.MapGet($"{OfStore}/definitions", handling.OfStore(RequestKind.Data, DefinitionsView.SendAllAsync));
        group.MapGet($"{OfStore}/definitions/{{name}}", handling.OfStore(RequestKind.Data, DefinitionsView.SendOneAsync));
        group.MapPost($"{OfStore}/check", handling.OfStore(RequestKind.Question, DefinitionChanges.CheckAsync));
        group.MapPost($"{OfStore}/definitions", handling.OfStore(RequestKind.Change, DefinitionChanges.RegisterAsync));
        group.MapPost($"{OfStore}/definitions/{{name}}/{{change}}", handling.OfStore(RequestKind.Change, DefinitionChanges.ChangeAsync));
    }

    private static void MapWork(RouteGroupBuilder group, Handling handling, DashboardOptions options, Lazy<StoreBoard> board)
    {
        group.MapGet($"{OfStore}/work", handling.OfStore(
            RequestKind.Data, (context, store) => WorkView.SendAsync(context, store, board.Value.Time), evenClosed: true));
        group.MapGet($"{OfStore}/work/{{id:long}}", handling.OfStore(
            RequestKind.Data, (context, store) => WorkView.SendOneAsync(context, store, board.Value.Time), evenClosed: true));
        group.MapPost($"{OfStore}/work/{{id:long}}/cancel", handling.OfStore(RequestKind.Change, WorkView.CancelAsync));
        group.MapPost($"{OfStore}/work/{{id:long}}/forget", handling.OfStore(
            RequestKind.Change, WorkView.ForgetAsync, evenClosed: true));
        group.MapPost($"{OfStore}/verify", handling.OfStore(
            RequestKind.Change, (context, store) => WorkView.SendBegunAsync(context, StoreWork.Verify(store))));
        group.MapPost($"{OfStore}/flush", handling.OfStore(
            RequestKind.Change, (context, store) => WorkView.SendBegunAsync(context, StoreWork.Flush(store))));
        group.MapPost($"{OfStore}/compact", handling.OfStore(
            RequestKind.Change, (context, store) => WorkView.SendBegunAsync(context, StoreWork.Compact(store))));
        group.MapPost($"{OfStore}/erase", handling.OfStore(
            RequestKind.Change,
            (context, store) => WorkView.SendBegunAsync(context, StoreWork.Erase(store, Parameters.User(context.Request)))));
        group.MapPost($"{OfStore}/checkpoint", handling.OfStore(
            RequestKind.Change,
            (context, store) => WorkView.SendBegunAsync(
                context, StoreWork.Checkpoint(store, options.CheckpointFolder, Parameters.Text(context.Request, "name")))));
    }

    // The page's own links are relative, so its path has to end with a slash.
    private static Task SendIndexAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (request.Path.Value?.EndsWith('/') != true)
        {
            context.Response.Redirect($"{request.PathBase}{request.Path}/");
            return Task.CompletedTask;
        }

        return PageFiles.SendAsync(context, "index.html");
    }
}
