using Gateway.Portal.Nodes.Desk;
using Microsoft.AspNetCore.Components.Authorization;

namespace Gateway.Portal.Operators;

/// <summary>The operator's sign-in of the page or circuit at hand.</summary>
internal sealed class OperatorAccess(AuthenticationStateProvider authentication, OperatorSignIn signIn, OperatorDesks desks)
{
    /// <summary>The desk of the token; null: no operator is signed in.</summary>
    public async ValueTask<OperatorDesk?> DeskAsync()
    {
        var state = await authentication.GetAuthenticationStateAsync();
        return OperatorSession.From(state.User) is { } session && !signIn.HasEnded(session) ? desks.For(session.Token) : null;
    }
}
