//! What the bot may do in a channel, computed as Discord documents it
//! (discord.com/developers/docs/topics/permissions#permission-hierarchy).

use serenity::all::{ChannelId, GuildChannel, GuildId, PermissionOverwriteType, Permissions, RoleId, UserId};

use super::Discord;
use super::wrong::{Wrong, ask};
use crate::model::desk::Right;

const NEEDED: [(Right, Permissions); 8] = [
    (Right::See, Permissions::VIEW_CHANNEL),
    (Right::Write, Permissions::SEND_MESSAGES),
    (Right::WriteInThreads, Permissions::SEND_MESSAGES_IN_THREADS),
    (Right::OpenThreads, Permissions::CREATE_PUBLIC_THREADS),
    (Right::ReadBack, Permissions::READ_MESSAGE_HISTORY),
    (Right::ManageThreads, Permissions::MANAGE_THREADS),
    (Right::Embed, Permissions::EMBED_LINKS),
    (Right::Attach, Permissions::ATTACH_FILES),
];

impl Discord {
    /// What the bot may not yet do in a channel that is to be the desk.
    pub(super) async fn missing_rights(&self, guild: u64, channel: u64) -> Result<Vec<Right>, Wrong> {
        let (guild, bot) = (GuildId::new(guild), UserId::new(self.bot().max(1)));
        let channel = match ask(self.http().get_channel(ChannelId::new(channel))).await {
            Ok(channel) => channel.guild(),
            Err(wrong) if wrong.is_channel_gone() => None,
            Err(wrong) => return Err(wrong),
        };
        let Some(channel) = channel else { return Ok(vec![Right::See]) };
        let member = ask(self.http().get_member(guild, bot)).await?;
        let roles = ask(self.http().get_guild_roles(guild)).await?;
        let everyone = RoleId::new(guild.get());
        let mine = |id: RoleId| id == everyone || member.roles.contains(&id);
        let base =
            roles.iter().filter(|r| mine(r.id)).fold(Permissions::empty(), |sum, r| sum | r.permissions);
        let held = in_channel(base, &channel, everyone, &member.roles, bot);
        Ok(NEEDED.into_iter().filter(|(_, needed)| !held.contains(*needed)).map(|(right, _)| right).collect())
    }
}

fn in_channel(
    base: Permissions,
    channel: &GuildChannel,
    everyone: RoleId,
    roles: &[RoleId],
    bot: UserId,
) -> Permissions {
    if base.contains(Permissions::ADMINISTRATOR) {
        return Permissions::all();
    }
    let apply = |held: Permissions, applies: &dyn Fn(PermissionOverwriteType) -> bool| {
        let these = channel.permission_overwrites.iter().filter(|o| applies(o.kind));
        let (allow, deny) = these.fold((Permissions::empty(), Permissions::empty()), |(allow, deny), o| {
            (allow | o.allow, deny | o.deny)
        });
        (held - deny) | allow
    };
    let held = apply(base, &|kind| kind == PermissionOverwriteType::Role(everyone));
    let held = apply(
        held,
        &|kind| matches!(kind, PermissionOverwriteType::Role(role) if role != everyone && roles.contains(&role)),
    );
    let held = apply(held, &|kind| kind == PermissionOverwriteType::Member(bot));
    if held.contains(Permissions::VIEW_CHANNEL) { held } else { Permissions::empty() }
}
