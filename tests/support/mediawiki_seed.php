<?php
/**
 * Fills a new MediaWiki: run by its own maintenance runner, with JSON on standard input.
 *
 * Uses MediaWiki's own classes, so that pages come out exactly as MediaWiki makes them.
 */
require_once getenv( 'MW_INSTALL_PATH' ) . '/maintenance/Maintenance.php';

use MediaWiki\MediaWikiServices;
use MediaWiki\Revision\SlotRecord;

class Seed extends Maintenance {
	public function execute() {
		$seed = json_decode( $this->getStdin( Maintenance::STDIN_ALL ), true );
		foreach ( $seed['users'] as $each ) {
			$user = User::createNew( $each['login'], [ 'real_name' => $each['name'], 'email' => $each['email'] ] );
			$status = $user->changeAuthenticationData( [
				'username' => $user->getName(),
				'password' => $each['password'],
				'retype' => $each['password'],
			] );
			if ( !$status->isGood() ) {
				$this->fatalError( $status->getWikiText() );
			}
		}
		foreach ( $seed['pages'] as $each ) {
			$author = User::newFromName( $each['author'] );
			$page = MediaWikiServices::getInstance()->getWikiPageFactory()
				->newFromTitle( Title::newFromText( $each['title'] ) );
			$updater = $page->newPageUpdater( $author );
			$updater->setContent( SlotRecord::MAIN, new WikitextContent( $each['text'] ) );
			$updater->saveRevision( CommentStoreComment::newUnsavedComment( 'seed' ) );
			if ( !$updater->getStatus()->isOK() ) {
				$this->fatalError( $updater->getStatus()->getWikiText() );
			}
		}
	}
}

$maintClass = Seed::class;
require_once RUN_MAINTENANCE_IF_MAIN;
